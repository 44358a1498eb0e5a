-- broadcast_walk: queues the next part of a broadcast's audience. Cursor and sends move in one step, so a kill
-- between two steps neither skips nor repeats anyone.
-- KEYS 1 broadcast, 2 subscribers, 3 bulk stream, 4 walking
-- ARGV 1 broadcast id, 2 how many sends may wait at most, 3 how many to queue at most (at most 500)
-- Returns queued | ahead (enough is waiting) | walked (all are queued) | over (nothing to walk)
-- Safe twice because: it goes on from the cursor.
if not redis.call('ZSCORE', KEYS[4], ARGV[1]) then
  return 'over'
end
local room = math.min(tonumber(ARGV[2]) - redis.call('XLEN', KEYS[3]), tonumber(ARGV[3]), 500)
if room <= 0 then
  return 'ahead'
end
local chats = redis.call('ZRANGEBYSCORE', KEYS[2], redis.call('HGET', KEYS[1], 'cursor'), '+inf', 'LIMIT', 0, room)
if #chats == 0 then
  redis.call('ZREM', KEYS[4], ARGV[1])
  return 'walked'
end
for _, chat in ipairs(chats) do
  redis.call('XADD', KEYS[3], '*', 'b', ARGV[1], 'c', chat)
end
redis.call('HSET', KEYS[1], 'cursor', '(' .. chats[#chats])
redis.call('HINCRBY', KEYS[1], 'queued', #chats)
return 'queued'
