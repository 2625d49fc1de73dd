#!/bin/sh
# Makes what compose.yaml reads from deploy/secrets/. What is there already is kept: run it again at any time.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets

random() { openssl rand -hex 32; }
keep() { # keep NAME COMMAND...: the file NAME with what the command prints, unless it is there
    name=$1
    shift
    [ -e "secrets/$name" ] || "$@" > "secrets/$name"
}
url() { printf 'postgresql://sourcingx_%s:%s@postgres:5432/sourcingx\n' "$1" "$(cat "secrets/$1_password")"; }

for name in postgres_password owner_password app_password secret_key suppression_key metrics_token; do
    keep "$name" random
done
keep database_url url app
keep database_owner_url url owner
# Empty: screening is off until a key is put here.
keep openai_api_key true
if [ ! -e secrets/tls_key ]; then
    # For a first look; put a certificate of your own in its place.
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=sourcingx \
        -keyout secrets/tls_key -out secrets/tls_certificate 2>/dev/null
fi
# Containers run as users of their own, who must be able to read them; the folder keeps others out.
chmod 0711 secrets
chmod 0444 secrets/*
echo "deploy/secrets/ is complete."
