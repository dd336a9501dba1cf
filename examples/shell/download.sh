#!/bin/sh
# download.sh MODEL: downloads a model with LM Studio at $LM_STUDIO_URL, and prints how it ended.
set -eu
model=$1
download=${LM_STUDIO_URL:-http://localhost:1234}/api/v1/models/download

field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

answer=$(curl -sS --fail-with-body "$download" -H 'Content-Type: application/json' -d "{\"model\": \"$model\"}")
job=$(printf '%s' "$answer" | field job_id)
status=$(printf '%s' "$answer" | field status)
while [ "$status" = downloading ] || [ "$status" = paused ]; do
  sleep "${POLL_SECONDS:-1}"
  status=$(curl -sS --fail-with-body "$download/status/$job" | field status)
done
echo "$status"
