"""The admin's page *Jobs*: who works in the background, what runs when, and what failed. For platform admins."""

import re

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException

from audit.models import Action
from audit.recording import Thing, Told, record
from paneldash.jobs import failures, kinds, last_alive, workers_alive

SANE_ID = re.compile(r"[1-9][0-9]{0,17}")


@require_http_methods(["GET", "HEAD", "POST"])
def jobs_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _run_again(request)
    known, alive = kinds(), workers_alive()
    context = {
        **admin.site.each_context(request),
        "title": "Jobs",
        "workers": alive,
        "last_alive": None if alive else last_alive(),
        "kinds": known,
        "waiting": sum(kind.waiting for kind in known),
        "running": sum(kind.running for kind in known),
        "failed": sum(kind.failed for kind in known),
        "failures": failures(),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "admin/jobs.html", context)


def _run_again(request: HttpRequest) -> HttpResponse:
    """Put a job that failed back into the queue."""
    given = request.POST.get("job", "")
    if SANE_ID.fullmatch(given) and _put_back(int(given)):
        messages.success(request, f"Job {given} will be run again.")
    else:
        messages.error(request, "This job cannot be run again: it is gone, or already waits or runs.")
    return redirect("admin:jobs")


def _put_back(job_id: int) -> bool:
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job_id, retry_at=timezone.now())
            task = ProcrastinateJob.objects.get(pk=job_id).task_name
            record(Told(Action.ADMINISTER, thing=Thing("job", str(job_id), task), details={"what": "Run again."}))
    except ConnectorException:
        return False
    return True
