local group, member = ARGV[1], ARGV[2]
for i = 3, #ARGV, 2 do
    local id, attempts = ARGV[i], ARGV[i + 1]
    local held = redis.pcall('XPENDING', KEYS[1], group, id, id, 1, member)
    if held.err then return held end
    -- From Redis 7.0, an entry that is gone would not be claimed but forgotten.
    if #held > 0 and #redis.call('XRANGE', KEYS[1], id, id) > 0 then
        redis.call('XCLAIM', KEYS[1], group, member, 0, id, 'RETRYCOUNT', attempts, 'JUSTID')
    end
end
