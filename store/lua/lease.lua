-- Takes or prolongs a lease.
--
-- KEYS 1 lease
-- ARGV 1 owner · 2 ttl_ms
-- Returns held | taken
-- Safe twice because its owner may always prolong it.

local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then
  return 'taken'
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'held'
