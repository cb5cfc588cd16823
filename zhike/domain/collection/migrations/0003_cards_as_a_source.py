
import zhike.metadata.fields.columns
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('collection', '0002_phone_interviews'),
    ]

    operations = [
        migrations.AlterField(
            model_name='webform',
            name='source',
            field=zhike.metadata.fields.columns.ChoiceField(choices=[('referral', 'recommended by a customer'), ('exhibition', 'trade fair'), ('website', 'website'), ('phone', 'rang us'), ('cold_call', 'first visit by us'), ('advertising', 'advertising'), ('wechat', 'WeChat'), ('partner', 'partner'), ('store', 'walk-in'), ('tender', 'tender'), ('card', 'business card'), ('other', 'other')], default='website', max_length=30, verbose_name='source given to arrivals'),
        ),
    ]
