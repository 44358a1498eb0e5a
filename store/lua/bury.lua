-- Buries a job: from its stream to the dead letters, with the reason.
--
-- KEYS 1 jobs stream · 2 dead · 3 alone
-- ARGV 1 group · 2 consumer · 3 entry · 4 class · 5 attempt · 6 payload · 7 reason · 8 now_ms · 9 alone field
-- Returns done | stale
-- Safe twice because the entry is settled in here.

if not fence(KEYS[1], ARGV[1], ARGV[2], { ARGV[3] })[ARGV[3]] then
  return 'stale'
end
redis.call('XADD', KEYS[2], '*', 'k', 'job', 'w', ARGV[4], 'a', ARGV[5], 'p', ARGV[6], 'r', ARGV[7], 't', ARGV[8])
settle(KEYS[1], ARGV[1], { ARGV[3] })
redis.call('HDEL', KEYS[3], ARGV[9])
return 'done'
