# nginx with its module for brotli, which its own image does not have: Debian's, as the tests run it. The configuration is
# mounted by compose.yaml.
FROM debian:bookworm-slim
# Not pinned: Debian's archive keeps no earlier versions of a release, and later ones are mends only.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends nginx-light libnginx-mod-http-brotli-filter wget \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /etc/nginx/sourcingx
EXPOSE 8080 8443
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
