-- Leaves a mailbox without taking anything: an entry the mailbox does not know of, or a mailbox found empty.
--
-- KEYS 1 ready stream · 2 its ids · 3 mailbox · 4 alone
-- ARGV 1 group · 2 consumer · 3 entry · 4 chat · 5 alone field
-- Returns done | stale
-- Safe twice because the entry is settled in here, and mail that came meanwhile gets a new one.

if not visits(KEYS[1], ARGV[1], ARGV[2], ARGV[3], KEYS[2], ARGV[4]) then
  return 'stale'
end
headway(KEYS[4], ARGV[5], leave_mailbox(KEYS[1], ARGV[1], ARGV[3], KEYS[2], ARGV[4], KEYS[3]))
return 'done'
