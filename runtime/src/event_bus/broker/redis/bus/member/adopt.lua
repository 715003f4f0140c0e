local key, group, member = KEYS[1], ARGV[1], ARGV[2]
local claimed, lost = {}, {}
for i = 3, #ARGV, 3 do
    local id, idle, count = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    local pending = redis.call('XPENDING', key, group, id, id, 1)[1]
    if pending and #redis.call('XRANGE', key, id, id) > 0 then
        local entry = redis.call('XCLAIM', key, group, member, idle, id, 'RETRYCOUNT', count)[1]
        if entry then claimed[#claimed + 1] = entry end
    elseif pending and pending[3] >= tonumber(idle) then
        redis.call('XACK', key, group, id)
        lost[#lost + 1] = id
    end
end
local mark = ''
if #lost > 0 then
    mark = table.concat({'openedx-events.lost', 'pending', table.concat(lost, ' '), member}, '|')
    -- A server whose memory is full refuses it.
    local made = redis.pcall('XGROUP', 'CREATECONSUMER', key, group, mark)
    if type(made) == 'table' and made.err then mark = '' end
end
return {claimed, lost, mark}
