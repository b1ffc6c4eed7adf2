#!/bin/sh
# Starts AKHQ without the image's script, which stays PID 1 and never passes the request to stop on,
# and without its JVM options, which open unauthenticated remote JMX on every interface.
# https://github.com/tchiotludo/akhq/issues/2146
# shellcheck disable=SC2046  # one option a line, none with spaces
exec java $(cat /etc/akhq/jvm.options) -cp /app/akhq.jar org.akhq.App
