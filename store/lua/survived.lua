-- Notes that a process came through what it ran alone, whatever the result: crashes are counted in a row.
--
-- KEYS 1 alone
-- ARGV 1 field
-- Returns done
-- Safe twice because it sets a value.

if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], ARGV[1], 0)
end
return 'done'
