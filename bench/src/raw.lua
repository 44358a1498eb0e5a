-- The plain design, frozen: what a booking costs where every job is a call of its own and a record a hash.
--
-- KEYS 1 quota · 2 booking · 3 code · 4 deadlines · 5 events
-- ARGV 1 id · 2 chat · 3 slot · 4 office · 5 code · 6 amount · 7 now_ms · 8 code's life, ms
-- Returns held | full
-- Safe twice because nobody asks it to be: it is the limit others are measured against, not part of the product.

local capacity = tonumber(redis.call('HGET', KEYS[1], 'capacity'))
local taken = tonumber(redis.call('HGET', KEYS[1], 'taken') or 0)
if taken >= capacity then
  return 'full'
end
redis.call('HINCRBY', KEYS[1], 'taken', 1)
redis.call('HSET', KEYS[2], 'state', 'held', 'id', ARGV[1], 'chat', ARGV[2], 'slot', ARGV[3], 'office', ARGV[4], 'code', ARGV[5],
  'amount', ARGV[6], 'created', ARGV[7])
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[8])
redis.call('ZADD', KEYS[4], ARGV[7] + ARGV[8], ARGV[1])
redis.call('XADD', KEYS[5], '*', 'booking', ARGV[1], 'event', 'held', 'slot', ARGV[3])
return 'held'
