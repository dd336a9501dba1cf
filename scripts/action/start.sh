#!/usr/bin/env bash
# Starts modeldock for the rest of a job, and hands its address on: the step of action.yml.
set -euo pipefail
folder=$RUNNER_TEMP/modeldock
mkdir -p "$folder"

command=$PWD/node_modules/.bin/modeldock
if [ ! -e "$command" ]; then
  npm install --prefix "$folder" --no-audit --no-fund "$MODELDOCK_ACTION_PACKAGE"
  command=$folder/node_modules/.bin/modeldock
fi

# Flags are words: a value with spaces goes into an environment variable of its flag, such as MODELDOCK_SEED.
read -ra flags <<< "$MODELDOCK_ACTION_FLAGS"
nohup "$command" --port 0 --json "${flags[@]}" > "$folder/ready.json" 2> "$folder/log" < /dev/null &
server=$!
until [ -s "$folder/ready.json" ]; do
  if ! kill -0 "$server" 2> /dev/null; then
    echo "::error::modeldock did not start: $(cat "$folder/log")"
    exit 1
  fi
  sleep 0.1
done
url=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).url' "$folder/ready.json")
echo "MODELDOCK_URL=$url" >> "$GITHUB_ENV"
echo "url=$url" >> "$GITHUB_OUTPUT"
echo "modeldock listens on $url; its log is $folder/log"
