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

local key, name, member, known, known_unread = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local stream = redis.pcall('XINFO', 'STREAM', key)
local groups = redis.pcall('XINFO', 'GROUPS', key)
for _, reply in ipairs({stream, groups}) do
    if reply.err and string.find(reply.err, 'no such key') then return {} end
    if reply.err then return {0} end
end
stream = by_name(stream)
local group
for _, one in ipairs(groups) do
    one = by_name(one)
    if one['name'] == name then group = one end
end
if not group then return {} end
local added, deleted = stream['entries-added'], stream['max-deleted-entry-id']
if not added or not deleted then return {0} end

-- The first look makes the member known to the group. If a later one has to do that again, this is another group.
local is_made = member ~= '' and redis.pcall('XGROUP', 'CREATECONSUMER', key, name, member) == 1
local is_other = is_made and known ~= ''

local position, read = group['last-delivered-id'], group['entries-read']
local first = stream['first-entry'] and stream['first-entry'][1]
local newest = stream['last-generated-id']
local removed = added - stream['length']
local unread = first and is_after(newest, position)
    and redis.call('XRANGE', key, '(' .. position, '+', 'COUNT', 1)[1]
unread = unread and unread[1]
local oldest_pending = group['pending'] > 0 and redis.call('XPENDING', key, name)[2]

-- `right` is the number of entries with ids up to the position, read or not, if that is known.
local lost, count, after, at, right = false, false, position, position, read
if position == newest then
    right = added
    -- A read jumped over entries that were dropped, and Redis 7.0 counted the jump as one entry.
    if read and read < added and deleted == '0-0' then
        lost, count, after = true, added - read, known ~= '' and known or '0-0'
    end
elseif is_after(first or newest, position) then
    -- The stream has no entry any more that the group has read, so each removed entry was read, lost or deleted.
    right = removed
    local was_deleted = is_after(deleted, position)
    local has_next = position == known and known_unread ~= '' and first and not is_after(first, known_unread)
    if has_next or removed == 0 then
        lost = false
    elseif not read then
        lost = true
    elseif was_deleted then
        lost = removed - read > 1
    elseif removed > read then
        lost, count = true, removed - read
    end
    if not first then at = newest end
elseif read and unread and is_after(deleted, position) and is_after(unread, deleted) then
    -- Redis would not count the entries that somebody deleted just after the position.
    right = false
end

local is_set = right ~= read or at ~= position
-- The server counts calls of `XGROUP SETID` for all groups together. Each call here comes with one of `XGROUP HELP`, which changes
-- nothing, so that the difference of both counts is the number of calls that somebody else made.
if is_set and redis.pcall('XGROUP', 'HELP').err then return {0} end
if is_set and right then
    redis.call('XGROUP', 'SETID', key, name, at, 'ENTRIESREAD', string.format('%.0f', right))
elseif is_set then
    redis.call('XGROUP', 'SETID', key, name, at)
end
local mark = ''
if lost then
    local counted = count and string.format('%.0f', count) or ''
    mark = table.concat({'openedx-events.lost', 'unread', after, first or '', counted, member}, '|')
    -- A server whose memory is full refuses it.
    local made = redis.pcall('XGROUP', 'CREATECONSUMER', key, name, mark)
    if type(made) == 'table' and made.err then mark = '' end
end
return {
    position, at, unread or '', newest, first or '', read or -1, right or -1, added, removed, deleted, oldest_pending or '',
    is_other and 1 or 0, lost and 1 or 0, count or -1, after, mark,
}
