"""The admin: streams and their signals, with forms made from the declared options."""

from waves.admin.audit import AuditLog
from waves.admin.keys import AccessKeyAdmin
from waves.admin.links import ShareLinkAdmin
from waves.admin.stream import StreamAdmin

__all__ = ["AccessKeyAdmin", "AuditLog", "ShareLinkAdmin", "StreamAdmin"]
