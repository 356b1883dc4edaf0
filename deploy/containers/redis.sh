# Redis for deploy/compose.yaml: it asks for REDIS_PASSWORD, and keeps its commands in its volume.
# The password comes by the standard input: arguments can be read by every process.
: "${REDIS_PASSWORD:?must be set}"
exec redis-server - <<END
bind *
requirepass $REDIS_PASSWORD
dir /var/lib/redis
appendonly yes
END
