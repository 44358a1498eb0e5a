-- Brings a dead letter back to where it died.
--
-- KEYS 1 dead · then for a job: 2 jobs stream · for a hop or a stray: 2 its stream · for mail and shows: 2 ready stream, 3 its ids, 4 mailbox
-- ARGV 1 letter id · 2 kind (job, hop, stray, mail, show) · 3 chat (mail, show)
-- Returns done | gone
-- Safe twice because deleting the letter gates everything else.

local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not letter then
  return 'gone'
end
local payload
for n = 1, #letter[2], 2 do
  if letter[2][n] == 'p' then
    payload = letter[2][n + 1]
  end
end
-- Read before the letter is deleted: what cannot be read stays where it is.
local whole = (ARGV[2] == 'hop' or ARGV[2] == 'stray') and cjson.decode(payload)
redis.call('XDEL', KEYS[1], ARGV[1])
if ARGV[2] == 'job' then
  redis.call('XADD', KEYS[2], '*', 'p', payload, 'a', 0)
elseif whole then
  redis.call('XADD', KEYS[2], '*', unpack(whole))
else
  redis.call('RPUSH', KEYS[4], payload)
  make_ready(KEYS[2], KEYS[3], ARGV[3])
end
return 'done'
