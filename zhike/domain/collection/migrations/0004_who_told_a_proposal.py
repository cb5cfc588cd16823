from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("collection", "0003_cards_as_a_source")]

    operations = [
        migrations.AddField("proposal", "told_by", models.BigIntegerField(editable=False, null=True)),
    ]
