-- Puts a job off: from its stream into the delays.
--
-- KEYS 1 jobs stream · 2 delay
-- ARGV 1 group · 2 consumer · 3 entry · 4 due_ms · 5 member (class, attempt, payload; one a line)
-- Returns done | stale
-- Safe twice because the entry is settled in here.

if not fence(KEYS[1], ARGV[1], ARGV[2], { ARGV[3] })[ARGV[3]] then
  return 'stale'
end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[5])
settle(KEYS[1], ARGV[1], { ARGV[3] })
return 'done'
