# One image; the command chooses the role. Nothing of the build stays in it but the binary and its configuration.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin antrean && cp target/release/antrean /antrean

FROM debian:bookworm-slim AS run
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home antrean \
    && mkdir /var/lib/antrean && chown antrean /var/lib/antrean
COPY --from=build /antrean /usr/local/bin/antrean
COPY config /etc/antrean
ENV ANTREAN_CONFIG=/etc/antrean \
    ANTREAN_HTTP_ADDR=0.0.0.0:8080
USER antrean
EXPOSE 8080
# SIGTERM drains: in-flight work ends within ten seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["antrean"]
CMD ["run"]

# The sandbox starts a Redis of its own and makes its own keys.
FROM run AS sandbox
USER root
RUN apt-get update \
    && apt-get install -y --no-install-recommends redis-server openssl \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /data && chown antrean /data
USER antrean
VOLUME /data
CMD ["sandbox", "--port", "8080", "--data", "/data"]
