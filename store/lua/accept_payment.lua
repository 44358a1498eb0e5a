-- accept_payment: records a payment the bank reports, for good, and asks the crew to settle it.
-- KEYS 1 jobs stream, 2 journal, 3 due, 4 booking, 5 code, 6 payment, 7 external
-- ARGV 1 now_ms, 2 payment id, 3 fingerprint of the request, 4 code, 5 amount, 6 paid_at_ms, 7 the job that settles it,
--      8 how far ahead its deadline is put for that, in ms, 9 how long the external id is remembered, in ms,
--      10 whose code it seemed to be (`OFFICE id`), 11 booking id
-- Returns {recorded} | {repeated} | {external-reused} | {unknown-code} | {wrong-amount, the amount due}
-- Safe twice because: a payment id is recorded once; the second call finds it and says so.
local now = tonumber(ARGV[1])

local record = read(KEYS[4])
if redis.call('GET', KEYS[5]) ~= ARGV[10] then
  return { 'unknown-code' }
end
if not record then
  -- A code was issued for it: its record was lost. Money must not be turned away for that; the bank keeps it and repeats it.
  error(UNREADABLE, 0)
end
local fingerprint = redis.call('GET', KEYS[7])
if fingerprint and fingerprint ~= ARGV[3] then
  return { 'external-reused' }
end
local known = redis.call('HMGET', KEYS[6], 'code', 'amount')
if known[1] then
  local same = known[1] == ARGV[4] and known[2] == ARGV[5]
  return { same and 'repeated' or 'external-reused' }
end
if tonumber(ARGV[5]) ~= record[AMOUNT] then
  return { 'wrong-amount', digits(record[AMOUNT]) }
end

redis.call('SET', KEYS[7], ARGV[3], 'PX', ARGV[9])
redis.call('HSET', KEYS[6], 'office', record[OFFICE], 'booking', ARGV[11], 'code', ARGV[4], 'amount', ARGV[5], 'at', ARGV[6], 'state', 'unsettled')
if record[STATE] == 'B' then
  -- The money is in: neither the clock nor a cancellation may take the place while the crew is on its way.
  if record[PAYMENT] == '' then
    record[PAYMENT] = ARGV[2]
  end
  record[DUE] = math.max(record[DUE], now + tonumber(ARGV[8]))
  redis.call('ZADD', KEYS[3], record[DUE], ARGV[11])
end
save(KEYS[4], KEYS[2], ARGV[11], record, 'payment', now, 'p', ARGV[2], 'c', ARGV[4], 'a', ARGV[5])
redis.call('XADD', KEYS[1], '*', 'p', ARGV[7], 'a', 0)
return { 'recorded' }
