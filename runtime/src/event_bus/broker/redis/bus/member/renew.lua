local group, member = ARGV[1], ARGV[2]
for i = 3, #ARGV, 2 do
    local id, count = ARGV[i], ARGV[i + 1]
    local pending = redis.pcall('XPENDING', KEYS[1], group, id, id, 1, member)
    if pending.err then return pending end
    -- Claiming an entry that the stream dropped would make the group forget it.
    if #pending > 0 and #redis.call('XRANGE', KEYS[1], id, id) > 0 then
        redis.call('XCLAIM', KEYS[1], group, member, 0, id, 'RETRYCOUNT', count, 'JUSTID')
    end
end
