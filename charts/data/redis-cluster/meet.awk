# Pods that the own server does not know, or knows by an address that they had before.

function meet(   i, pod, ip) {
  if (me in meet_later) return
  for (i = 1; i <= size; i++) {
    pod = pods[i]
    if (pod == me || !(pod in id) || pod in meet_later) continue
    if (linked(id[pod]) && place[id[pod]] == address[pod]) continue
    ip = ip_of(address[pod])
    # Without the last argument redis takes the port + 10000 for the port of the bus.
    step("CLUSTER MEET " ip " " ENVIRON["PORT"] " " ENVIRON["BUS_PORT"], "INFO Meets " pod " at " ip)
  }
}
