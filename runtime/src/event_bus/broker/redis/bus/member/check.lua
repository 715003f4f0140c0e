local function by_name(flat)
    local values = {}
    for i = 1, #flat, 2 do values[flat[i]] = flat[i + 1] end
    return values
end

-- Ids are two numbers of up to 20 digits, which a Lua number cannot hold.
local function greater(one, other)
    if #one ~= #other then return #one > #other end
    return one > other
end

local function is_after(one, other)
    local one_millis, one_number = string.match(one, '^(%d+)-(%d+)$')
    local other_millis, other_number = string.match(other, '^(%d+)-(%d+)$')
    if one_millis ~= other_millis then return greater(one_millis, other_millis) end
    return greater(one_number, other_number)
end

local stream = redis.pcall('XINFO', 'STREAM', KEYS[1])
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
for _, reply in ipairs({stream, groups}) do
    if reply.err and string.find(reply.err, 'no such key') then return {} end
    if reply.err then return {0} end
end
stream = by_name(stream)
local group
for _, one in ipairs(groups) do
    one = by_name(one)
    if one['name'] == ARGV[1] then group = one end
end
if not group then return {} end
local added, deleted = stream['entries-added'], stream['max-deleted-entry-id']
if not added or not deleted then return {0} end

local last, read = group['last-delivered-id'], group['entries-read']
local first = stream['first-entry'] and stream['first-entry'][1]
local removed = added - stream['length']
-- The stream has no entry any more that the group has read, so all that it has is unread.
local gap = is_after(first or stream['last-generated-id'], last)
-- Somebody deleted entries among those that the stream has. They are not losses at its beginning.
local holes = first and is_after(deleted, first)
local lost, count = 0, nil
if not read then
    if last == stream['last-generated-id'] then
        count = added
    elseif gap and not holes then
        count = removed
    end
elseif gap and not holes and removed > read then
    lost, count = removed - read, removed
end
if count then
    redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], last, 'ENTRIESREAD', string.format('%.0f', count))
end
local was_known, is_known = read and 1 or 0, (read or count) and 1 or 0
return {last, first or '', lost, was_known, is_known, deleted}
