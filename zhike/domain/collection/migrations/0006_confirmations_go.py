from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("collection", "0005_confirmations_become_findings")]

    operations = [migrations.DeleteModel("Confirmation")]
