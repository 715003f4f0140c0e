"""
A Tutor plugin that runs a worker alongside Open edX and makes the LMS produce the events that it consumes.

    docker build -t openedx-events-worker --build-arg BIN=my-worker .
    cp openedx_events_worker.py "$(tutor plugins printroot)/"
    tutor plugins enable openedx_events_worker
    tutor config save --set EVENTS_WORKER_WEBHOOK_URL=https://hooks.example.com/open-edx
    tutor local start -d

Build the image with the `Dockerfile` next to this file. The settings that begin with `WEBHOOK_` belong to the worker of
`examples/03_webhook`: replace them with your own worker's. On Kubernetes, apply `kubernetes.yml` in the namespace of
the platform instead of the service in this file. The routes in this file apply to both.
"""

from tutor import hooks

hooks.Filters.CONFIG_DEFAULTS.add_items(
    [
        ("EVENTS_WORKER_DOCKER_IMAGE", "openedx-events-worker:latest"),
        ("EVENTS_WORKER_TOPIC", "learning-enrollments"),
        ("EVENTS_WORKER_GROUP", "webhook"),
        # The prefix in Tutor's LMS settings.
        ("EVENTS_WORKER_TOPIC_PREFIX", "dev"),
        ("EVENTS_WORKER_REDIS_URL", "redis://{{ REDIS_HOST }}:{{ REDIS_PORT }}/"),
        ("EVENTS_WORKER_EVENT_TYPE", "org.openedx.learning.course.enrollment.created.v1"),
        ("EVENTS_WORKER_WEBHOOK_URL", ""),
    ]
)

# The LMS produces the event to the topic. Redis ignores keys; other buses use them to keep the events of a course run in order.
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

# The consumer name stays the same, so that the worker finds its pending messages after a restart. The grace period is more than
# the 30 s that a running message may take after SIGTERM; Docker's default is 10 s.
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
    # The event contains names and addresses of learners, which the endpoint may receive.
    WEBHOOK_PERSONAL_DATA: "{{ EVENTS_WORKER_EVENT_TYPE }}"
  restart: unless-stopped
  stop_grace_period: 45s
  read_only: true
""",
    )
)
