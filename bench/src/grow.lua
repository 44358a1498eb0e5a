-- Sows bookings: copies of one that the product's own scripts made, each with names of its own.
-- KEYS what the pattern has: its record, answers, code, payment · last: the set of delayed jobs
-- ARGV 1 the pattern's id, 2 its code, 3 its payment, 4 its delayed job, 5 when that is due · per copy: id, code, payment
-- Returns how many copies there are more
-- Safe twice because: the same names are written with the same values, and then counted no more.
local id, code, payment, job, due = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local delay = KEYS[#KEYS]

-- The pattern's values, and which of their parts have a name in them: those are the copy's own.
local values, named = {}, {}
for n = 1, #KEYS - 1 do
  local kind = redis.call('TYPE', KEYS[n]).ok
  values[n] = kind == 'hash' and redis.call('HGETALL', KEYS[n]) or { redis.call('GET', KEYS[n]) }
  named[n] = {}
  for part, text in ipairs(values[n]) do
    named[n][part] = string.find(text, id, 1, true) or string.find(text, code, 1, true) or string.find(text, payment, 1, true)
  end
end

local copies = 0
for at = 6, #ARGV, 3 do
  -- Names are hexadecimal or digits, as long as the pattern's: nothing else in a value changes.
  local function own(text)
    text = string.gsub(text, id, ARGV[at])
    text = string.gsub(text, code, ARGV[at + 1])
    return (string.gsub(text, payment, ARGV[at + 2]))
  end
  for n = 1, #KEYS - 1 do
    local value = {}
    for part, text in ipairs(values[n]) do
      value[part] = named[n][part] and own(text) or text
    end
    if #value == 1 then
      redis.call('SET', own(KEYS[n]), value[1])
    else
      redis.call('HSET', own(KEYS[n]), unpack(value))
    end
  end
  copies = copies + redis.call('ZADD', delay, due, own(job))
end
return copies
