-- Gives a lease up, so that the next need not wait for its end.
--
-- KEYS 1 lease
-- ARGV 1 owner
-- Returns done
-- Safe twice because only its owner's is deleted.

if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 'done'
