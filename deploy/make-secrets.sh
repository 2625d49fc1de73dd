#!/bin/sh
# Makes what compose.yaml reads from deploy/secrets/, and gives each file to the one user who reads it. What is there
# already is kept: run it again whenever a file was put there or replaced. As root, who alone can give files away.
set -eu
umask 077
cd "$(dirname "$0")"

# Containers see the files as they lie here: owner and mode count, not what the containers' users are called. The users
# are those of our image (Dockerfile) and of the postgres image; nginx reads as root. Where Docker maps users (rootless,
# userns-remap), say what they are on this machine.
app=${APP_UID:-10001}
postgres=${POSTGRES_UID:-999}

if [ "$(id -u)" != 0 ]; then
    echo "make-secrets.sh: run it as root (sudo): it gives the files to the containers' users." >&2
    exit 1
fi
mkdir -p secrets
chmod 0700 secrets

random() { openssl rand -hex 32; }
keep() { # keep NAME COMMAND...: the file NAME with what the command prints, unless it is there
    name=$1
    shift
    [ -e "secrets/$name" ] && return
    "$@" > "secrets/.$name"
    mv "secrets/.$name" "secrets/$name"
}
url() { printf 'postgresql://sourcingx_%s:%s@postgres:5432/sourcingx\n' "$1" "$(cat "secrets/$1_password")"; }
give() { # give USER NAME...: the files are this user's, and nobody else's
    user=$1
    shift
    for name in "$@"; do
        chmod 0600 "secrets/$name"
        chown "$user:$user" "secrets/$name"
    done
}

for name in postgres_password owner_password app_password secret_key suppression_key metrics_token; do
    keep "$name" random
done
keep database_url url app
keep database_owner_url url owner
# Empty: what they are for is off until something is put there.
for name in openai_api_key phantombuster_api_key crustdata_api_key salesql_api_key embedding_api_key \
    oidc_client_secret google_service_account; do
    keep "$name" true
done
if [ ! -e secrets/tls_key ]; then
    # For a first look; put a certificate of your own in its place.
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=sourcingx \
        -keyout secrets/tls_key -out secrets/tls_certificate 2>/dev/null
fi
give "$postgres" postgres_password owner_password app_password
give "$app" database_url database_owner_url secret_key suppression_key metrics_token openai_api_key \
    phantombuster_api_key crustdata_api_key salesql_api_key embedding_api_key oidc_client_secret google_service_account
give 0 tls_certificate tls_key
echo "deploy/secrets/ is complete."
