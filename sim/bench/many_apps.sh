#!/usr/bin/env bash
# A stage with many apps, of which the actors touch two. Usage: many_apps.sh APPS >scenario.json
set -eu
apps=
for ((app = 0; app < $1; app++)); do
  apps+="${apps:+, }{\"name\": \"app$app\"}"
done
cat <<END
{
  "name": "$1-apps",
  "summary": "One of $1 apps is restarted and another stopped by its owner while the first one's container stops",
  "world": {"apps": [$apps]},
  "actors": [
    {"actor": "owner-restart", "app": "app1", "at": "any"},
    {"actor": "owner-stop", "app": "app2", "at": "any"},
    {"actor": "stop-container", "container": "fluxweb_app1", "at": "any"}
  ]
}
END
