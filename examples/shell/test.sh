#!/bin/sh
# Tests download.sh: modeldock exec --as LM_STUDIO_URL --speed 100 --findings fail -- sh test.sh
set -eu
export POLL_SECONDS=0.05
failures=0

expect() { # expect MODEL STATUS
  got=$(sh download.sh "$1")
  if [ "$got" = "$2" ]; then
    echo "ok      $1 is $2"
  else
    echo "FAILED  $1: expected $2, found $got"
    failures=$((failures + 1))
  fi
}

expect simulate/steady completed
expect simulate/fails-at-50 failed
expect simulate/already-downloaded already_downloaded
exit "$failures"
