-- Commits a turn: trims the mailbox, saves the dialogue, leaves screens and jobs, settles. All of it or nothing.
--
-- KEYS 1 ready · 2 ready ids · 3 inbox · 4 dialogue · 5 outready · 6 outready ids · 7 outbox · 8 hop · 9 alone
-- ARGV 1 group · 2 consumer · 3 entry · 4 chat · 5 expected rev · 6 messages taken · 7 sealed dialogue · 8 alone field
--      9 number of shows, then each sealed · then number of jobs, then per job: where to, as a hop says it · payload
-- Returns done | stale
-- Safe twice because the entry is settled in here, and the dialogue's rev tells a second reader of the same mail.

local group, consumer, entry, chat, taken = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[6])
if not visits(KEYS[1], group, consumer, entry, KEYS[2], chat) then
  return 'stale'
end
if (redis.call('HGET', KEYS[4], 'rev') or '0') ~= ARGV[5] or redis.call('LLEN', KEYS[3]) < taken then
  return 'stale'
end

redis.call('LTRIM', KEYS[3], taken, -1)
redis.call('HSET', KEYS[4], 'rev', ARGV[5] + 1, 'data', ARGV[7])
local at = 9
local shows = tonumber(ARGV[at])
for n = 1, shows do
  redis.call('RPUSH', KEYS[7], ARGV[at + n])
end
if shows > 0 then
  make_ready(KEYS[5], KEYS[6], chat)
end
at = at + shows + 1
for n = 0, tonumber(ARGV[at]) - 1 do
  redis.call('XADD', KEYS[8], '*', 't', ARGV[at + n * 2 + 1], 'p', ARGV[at + n * 2 + 2])
end
headway(KEYS[9], ARGV[8], leave_mailbox(KEYS[1], group, entry, KEYS[2], chat, KEYS[3]))
return 'done'
