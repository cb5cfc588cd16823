import django.db.models.deletion
import zhike.metadata.fields.columns
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_absences'),
        ('approvals', '0001_requests'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='request', name='request_open_once'),
        migrations.RemoveIndex(model_name='request', name='request_open'),
        migrations.AlterModelTable(name='request', table=None),
        migrations.RenameModel(old_name='Request', new_name='Approval'),
        migrations.AlterModelOptions(name='approval', options={'verbose_name': 'approval', 'verbose_name_plural': 'approvals'}),
        migrations.RenameIndex(model_name='approval', old_name='request_bin', new_name='approval_bin'),
        migrations.RenameIndex(model_name='approval', old_name='request_updated_at', new_name='approval_updated_at'),
        migrations.RenameIndex(model_name='approval', old_name='request_dept_updated_at', new_name='approval_dept_updated_at'),
        migrations.RenameIndex(model_name='approval', old_name='request_about', new_name='approval_about'),
        migrations.AlterField(
            model_name='approval',
            name='state',
            field=zhike.metadata.fields.columns.ChoiceField(choices=[('open', 'waiting'), ('returned', 'returned'), ('granted', 'granted'), ('refused', 'refused'), ('expired', 'timed out'), ('withdrawn', 'withdrawn')], default='open', max_length=30, verbose_name='state'),
        ),
        migrations.CreateModel(
            name='ApprovalFlow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, default='', max_length=60)),
                ('object_key', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=40)),
                ('order', models.PositiveIntegerField(default=100)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={'ordering': ('object_key', 'kind', 'order', 'id')},
        ),
        migrations.CreateModel(
            name='ApprovalVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('definition', models.JSONField()),
                ('effective_on', models.DateField()),
                ('created_at', models.DateTimeField()),
                ('created_by_id', models.BigIntegerField(null=True)),
                ('flow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='approvals.approvalflow')),
            ],
            options={'ordering': ('flow', 'number')},
        ),
        migrations.AddConstraint(
            model_name='approvalversion',
            constraint=models.UniqueConstraint(fields=('flow', 'number'), name='approval_version_once'),
        ),
        migrations.AddField(
            model_name='approval',
            name='flow_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='approvals.approvalversion'),
        ),
        migrations.AddField(model_name='approval', name='round', field=models.PositiveIntegerField(default=1)),
        migrations.AddField(model_name='approval', name='covers', field=models.JSONField(blank=True, default=list)),
        migrations.AddField(model_name='approval', name='facts', field=models.JSONField(blank=True, default=dict)),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(condition=models.Q(('deletion__isnull', True), ('state__in', ('open', 'returned'))), fields=('owner', 'kind', 'about_key', 'about_id'), name='approval_open_once'),
        ),
        migrations.CreateModel(
            name='ApprovalStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveIntegerField(default=1)),
                ('stage', models.PositiveIntegerField()),
                ('name', models.CharField(blank=True, default='', max_length=60)),
                ('name_en', models.CharField(blank=True, default='', max_length=60)),
                ('need', models.CharField(default='any', max_length=5)),
                ('share', models.PositiveIntegerField(default=1)),
                ('who', models.JSONField(default=list)),
                ('when', models.JSONField(blank=True, null=True)),
                ('hours', models.PositiveIntegerField(null=True)),
                ('late', models.CharField(default='remind', max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'to come'), ('active', 'being decided'), ('granted', 'granted'), ('refused', 'refused'), ('skipped', 'not needed'), ('ended', 'not reached')], default='waiting', max_length=10)),
                ('opened_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('added_by_id', models.BigIntegerField(null=True)),
                ('approval', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='approvals.approval')),
            ],
            options={
                'ordering': ('round', 'stage', 'id'),
                'indexes': [models.Index(condition=models.Q(('state', 'active')), fields=['due_at'], name='approval_step_due')],
            },
        ),
        migrations.CreateModel(
            name='ApprovalSigner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'asked'), ('granted', 'granted'), ('refused', 'refused'), ('returned', 'returned it'), ('passed_on', 'passed it on'), ('released', 'not needed any more')], default='waiting', max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('remark', models.TextField(blank=True, default='')),
                ('instead_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signers', to='approvals.approvalstep')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('step', 'id'),
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['user'], name='approval_signer_waiting')],
                'constraints': [models.UniqueConstraint(fields=('step', 'user'), name='approval_signer_once')],
            },
        ),
        migrations.CreateModel(
            name='ApprovalEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('what', models.CharField(choices=[('asked', 'asked'), ('sent_again', 'sent it again'), ('skipped', 'not needed'), ('granted', 'granted'), ('refused', 'refused'), ('returned', 'returned it'), ('withdrawn', 'took it back'), ('passed_on', 'passed it on'), ('signer_added', 'asked somebody else too'), ('stood_in', 'went to a substitute'), ('fell_back', 'nobody fitted'), ('reminded', 'reminded'), ('escalated', 'went a level up'), ('timed_out', 'timed out')], max_length=20)),
                ('remark', models.TextField(blank=True, default='')),
                ('details', models.JSONField(blank=True, default=dict)),
                ('approval', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='approvals.approval')),
                ('step', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='events', to='approvals.approvalstep')),
            ],
            options={'ordering': ('id',)},
        ),
    ]
