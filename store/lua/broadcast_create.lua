-- broadcast_create: enters a broadcast; the walk over its audience begins with the next tick.
-- KEYS 1 broadcast, 2 broadcasts, 3 walking
-- ARGV 1 now_ms, 2 id, 3 office, 4 text
-- Returns created | known
-- Safe twice because: the id is the caller's, and an id is entered once.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'known'
end
redis.call('HSET', KEYS[1], 'office', ARGV[3], 'text', ARGV[4], 'cursor', '-inf', 'created', ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[1], ARGV[2])
return 'created'
