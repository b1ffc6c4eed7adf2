# Slots that nobody owns, at the beginning or when a volume was lost with them.

# A slot without an owner goes to the designated master of its range, if that is blank, else to the first one that
# is. Each gets its slots, and an epoch above all others, before anyone meets it: an epoch cannot be set after that.
function claim(   slot, home, unowned, wait, mine, last, command) {
  find_heirs()
  if (first_heir == "" || covered() == SLOTS) return
  read_owners()
  for (slot = 0; slot < SLOTS; slot++) {
    while (slot >= int(SLOTS * (home + 1) / shards)) home++
    if (slot in owned_by_some) continue
    unowned = 1
    if ((home in heirs ? home : first_heir) != shard[me]) continue
    if (slot in owned_by_lost) wait = 1
    if (mine == "") mine = slot
    else if (slot > last + 1) mine = mine "-" last " " slot
    last = slot
  }
  if (unowned) delay_meetings()
  if (mine == "" || wait || !everyone || me != designated[shard[me]]) return
  mine = mine "-" last
  command = mine
  gsub("-", " ", command)
  step(me in meet_later ? "CLUSTER SET-CONFIG-EPOCH " epoch + 1 + shard[me] : "CLUSTER BUMPEPOCH")
  step("CLUSTER ADDSLOTSRANGE " command, "INFO Claims the slots " mine ", which nobody owns")
}

# The shards that own nothing, and whose designated master may be given slots.
function find_heirs(   s) {
  for (s = shards - 1; s >= 0; s--)
    if (!(s in serves) && blank(designated[s])) {
      heirs[s] = 1
      first_heir = s
    }
}

# How many slots have an owner that is not lost, as the own server sees it.
function covered(   x, count) {
  for (x in slots) if (!lost(x)) count += slots[x]
  return count
}

# Of each slot, whether anybody says that a server owns it, and whether one that is lost did.
function read_owners(   i, slot) {
  for (i = 1; i <= ranges; i++)
    for (slot = low[i]; slot <= high[i]; slot++)
      if (lost(owner[i])) owned_by_lost[slot] = 1
      else owned_by_some[slot] = 1
}

# Heirs that know nobody yet are met when they have their slots.
function delay_meetings(   s) {
  for (s in heirs) if (acquainted[designated[s]] == 1) meet_later[designated[s]] = 1
}
