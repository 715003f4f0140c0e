"""
A Tutor plugin that runs a worker beside Open edX, and lets the LMS produce what it consumes.

    docker build -f examples/deploy/Dockerfile -t openedx-events-worker .
    cp examples/deploy/openedx_events_worker.py "$(tutor plugins printroot)/"
    tutor plugins enable openedx_events_worker
    tutor config save --set EVENTS_WORKER_WEBHOOK_URL=https://hooks.example.com/open-edx
    tutor local start -d

The worker is that of `examples/03_webhook`. On Kubernetes, apply `kubernetes.yml` instead of the service here, in the
namespace of the platform; the routes below hold for both.
"""

from tutor import hooks

hooks.Filters.CONFIG_DEFAULTS.add_items(
    [
        ("EVENTS_WORKER_DOCKER_IMAGE", "openedx-events-worker:latest"),
        ("EVENTS_WORKER_TOPIC", "learning-enrollments"),
        ("EVENTS_WORKER_GROUP", "webhook"),
        # What Tutor's settings of the LMS say.
        ("EVENTS_WORKER_TOPIC_PREFIX", "dev"),
        ("EVENTS_WORKER_REDIS_URL", "redis://{{ REDIS_HOST }}:{{ REDIS_PORT }}/"),
        ("EVENTS_WORKER_EVENT_TYPE", "org.openedx.learning.course.enrollment.created.v1"),
        ("EVENTS_WORKER_WEBHOOK_URL", ""),
    ]
)

# The LMS produces the event to the topic. Redis uses no keys; a bus that does keeps the events of a course run in order.
hooks.Filters.ENV_PATCHES.add_item(
    (
        "openedx-lms-common-settings",
        """
EVENT_BUS_PRODUCER_CONFIG.setdefault("{{ EVENTS_WORKER_EVENT_TYPE }}", {})["{{ EVENTS_WORKER_TOPIC }}"] = {
    "event_key_field": "enrollment.course.course_key",
    "enabled": True,
}
""",
    )
)

# The name in the group is the same after each start, so that the worker finds what it had in hand. The grace period is
# above the 30 s that a message may take after SIGTERM; Docker's own is 10 s.
hooks.Filters.ENV_PATCHES.add_item(
    (
        "local-docker-compose-services",
        """
openedx-events-worker:
  image: "{{ EVENTS_WORKER_DOCKER_IMAGE }}"
  command:
    - consume-events
    - "--topic={{ EVENTS_WORKER_TOPIC }}"
    - "--group={{ EVENTS_WORKER_GROUP }}"
    - "--consumer-name=tutor"
    - '--extra={"check_backlog": true}'
  environment:
    EVENTS_SERVICE_NAME: webhook
    EVENT_BUS_CONSUMER: redis
    EVENT_BUS_REDIS_CONNECTION_URL: "{{ EVENTS_WORKER_REDIS_URL }}"
    EVENT_BUS_TOPIC_PREFIX: "{{ EVENTS_WORKER_TOPIC_PREFIX }}"
    WEBHOOK_URL: "{{ EVENTS_WORKER_WEBHOOK_URL }}"
    WEBHOOK_EVENTS: "{{ EVENTS_WORKER_EVENT_TYPE }}"
    # These events have names and addresses of learners, and whoever gets them may have that.
    WEBHOOK_PERSONAL_DATA: "{{ EVENTS_WORKER_EVENT_TYPE }}"
  restart: unless-stopped
  stop_grace_period: 45s
  read_only: true
""",
    )
)
