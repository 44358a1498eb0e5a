-- A consumer's heartbeat: it lives, and what it has in hand stays its own.
--
-- KEYS 1 stream · 2 alive
-- ARGV 1 group · 2 consumer · 3 now_ms · then the entries in hand
-- Returns how many of them are still its own
-- Safe twice because it only resets idle times. Asks for the owner first: XCLAIM itself steals.

redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
local ids = {}
for n = 4, #ARGV do
  ids[#ids + 1] = ARGV[n]
end
local mine = fence(KEYS[1], ARGV[1], ARGV[2], ids)
local renewed = 0
for _, id in ipairs(ids) do
  if mine[id] then
    -- JUSTID leaves the delivery count alone: this is no delivery.
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'JUSTID')
    renewed = renewed + 1
  end
end
return renewed
