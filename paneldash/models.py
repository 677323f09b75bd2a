"""What is remembered of workers and jobs beyond the queue itself, for the page *Jobs*, /metrics and /health."""

from django.db import models
from django.db.models.functions import Now


class Worker(models.Model):
    """A worker process, from its start. It says every few seconds that it is alive, and when it stops."""

    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    version = models.CharField(max_length=32)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now(), db_index=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["host", "pid"]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class JobRun(models.Model):
    """When a kind of job ran last, whatever became of its rows in the queue."""

    task = models.CharField(max_length=128, primary_key=True)
    host = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    took_ms = models.PositiveBigIntegerField(null=True)

    def __str__(self) -> str:
        return self.task


class JobError(models.Model):
    """What a job of the queue failed with last."""

    job_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    words = models.TextField()

    def __str__(self) -> str:
        return self.words
