#!/usr/bin/env bash
# A stage with many apps, of which the actors touch a few. Usage: many_apps.sh APPS owner|world >scenario.json
# owner: two apps are restarted and stopped by their owner, for which FluxOS lists all containers; world: containers
# start and stop by themselves.
set -eu
apps=
for ((app = 0; app < $1; app++)); do
  apps+="${apps:+, }{\"name\": \"app$app\"}"
done
if [ "$2" = owner ]; then
  actors='{"actor": "owner-restart", "app": "app1", "at": "any"},
    {"actor": "owner-stop", "app": "app2", "at": "any"},
    {"actor": "stop-container", "container": "fluxweb_app1", "at": "any"}'
else
  actors='{"actor": "start-container", "container": "fluxweb_app1", "at": "any"},
    {"actor": "start-container", "container": "fluxweb_app2", "at": "any"},
    {"actor": "start-container", "container": "fluxweb_app3", "at": "any"},
    {"actor": "stop-container", "container": "fluxweb_app1", "at": "any"},
    {"actor": "stop-container", "container": "fluxweb_app2", "at": "any"},
    {"actor": "stop-container", "container": "fluxweb_app3", "at": "any"}'
fi
cat <<END
{
  "name": "$1-apps",
  "summary": "A few of $1 apps stop and start",
  "world": {"apps": [$apps]},
  "actors": [
    $actors
  ]
}
END
