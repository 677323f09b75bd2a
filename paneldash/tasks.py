"""What the worker does for the installation: it deletes what nobody needs any longer."""

from datetime import timedelta

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager

from paneldash.cache import table
from paneldash.models import JobError, Worker
from tenants.jobs import scheduled

SUCCEEDED_KEPT_HOURS = 24


@scheduled("25 * * * *")
def forget_finished_jobs() -> None:
    """Deletes jobs that are over, and workers that are gone."""
    forget = async_to_sync(JobManager(DjangoConnector()).delete_old_jobs)
    forget(nb_hours=SUCCEEDED_KEPT_HOURS)
    kept = timedelta(days=settings.JOB_RETENTION_DAYS)
    forget(nb_hours=24 * kept.days, include_failed=True, include_cancelled=True, include_aborted=True)
    JobError.objects.filter(at__lt=timezone.now() - kept).delete()
    Worker.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1)).delete()


@scheduled("40 3 * * *")
def forget_expired_cache() -> None:
    """Deletes what has expired in the shared cache and nobody replaced, such as counts of failed sign-ins."""
    with connection.cursor() as cursor:
        cursor.execute(table.FORGET_EXPIRED)
