-- Asked before Kong is, for each request at a port of the proxy: refuses what no honest client sends, and takes away what
-- the gateway alone may say. In nginx' terms: server_rewrite_by_lua_file, see proxy.conf.
local request, response, var = ngx.req, ngx.header, ngx.var

-- nginx comes here again for the page of an error. By then key-auth may have said who asks: what it said stays.
if var.gate == "passed" then
  return
end

-- Named by Connection, a header goes no further: after key-auth, that would be who asks, or how long the body is.
local MAY_END_HERE = { ["close"] = true, ["keep-alive"] = true, ["upgrade"] = true, ["te"] = true, ["http2-settings"] = true }
-- First words of X- headers that only the gateway sends to services.
local OURS = { ["consumer"] = true, ["credential"] = true, ["anonymous"] = true, ["authenticated"] = true, ["kong"] = true }
-- Other spellings of the key's header, and an address that its sender made up.
local NOT_THEIRS = { ["api-key"] = true, ["x-api-key"] = true, ["forwarded"] = true }
local METHODS = { GET = true, HEAD = true, POST = true, PUT = true, PATCH = true, DELETE = true, OPTIONS = true }
-- What services may read as another path than Kong does: slashes that are written otherwise, ends of texts, what was
-- escaped twice, UTF-8 longer than it must be, and dots with a parameter.
local AMBIGUOUS = {
  "%%2f", "%%5c", "\\", "%%00", "%%25%x%x", "%%c[01]", "%%e0%%[89]", "%%f0%%8",
  "/%.%.?;", "/%.%.?%%3b",
}

-- More than the default of 100, or a hundred others would hide one.
local headers = request.get_headers(0)

local function names_more(connection)
  if type(connection) == "table" then
    for _, each in ipairs(connection) do
      if names_more(each) then
        return true
      end
    end
    return false
  end
  for option in string.gmatch(connection, "[^,]+") do
    local name = string.lower(string.match(option, "^%s*(.-)%s*$"))
    if name ~= "" and not MAY_END_HERE[name] then
      return true
    end
  end
  return false
end

local function is_ambiguous(uri)
  local path = string.match(uri, "^[^?]*")
  if not string.find(path, "[%%\\;]") then
    return false
  end
  path = string.gsub(string.lower(path), "%%2e", ".")
  for _, pattern in ipairs(AMBIGUOUS) do
    if string.find(path, pattern) then
      return true
    end
  end
  return false
end

-- A key in an address ends up in logs, nginx' own among them: refused before anything can complain of the request.
local function has_key()
  if not var.args then
    return false
  end
  for name in pairs(request.get_uri_args(0)) do
    if string.gsub(string.lower(name), "[-_%s]", "") == "apikey" then
      return true
    end
  end
  return false
end

local function refuse()
  local connection = headers.connection
  -- An absolute address could name another host than the header Host does.
  if connection and names_more(connection) or not string.find(var.request, "^%S+ /") or is_ambiguous(var.request_uri) then
    return ngx.exit(400)
  end
  if not METHODS[request.get_method()] then
    return ngx.exit(405)
  end
  if has_key() then
    ngx.status = 401
    response["Content-Type"] = "application/json; charset=utf-8"
    response["WWW-Authenticate"] = 'Key realm="kong"'
    ngx.say('{"message":"A key belongs into the header apikey. Change this one: an address is read by many."}')
    return ngx.exit(401)
  end
end

if not request.is_internal() then
  refuse()
end

for name in pairs(headers) do
  if NOT_THEIRS[name] or string.sub(name, 1, 2) == "x-" and OURS[string.match(name, "^x%-(%a+)")] then
    request.clear_header(name)
  end
end

-- Of a proxy that is believed it is the address by now: see KONG_TRUSTED_IPS.
if headers["x-forwarded-for"] and var.remote_addr == var.realip_remote_addr then
  request.clear_header("X-Forwarded-For")
end

-- One, short and plain, or else Kong makes one.
local correlation = headers["x-correlation-id"]
if type(correlation) == "table" or correlation and (#correlation > 128 or not string.find(correlation, "^[%w._:/+=~-]+$")) then
  request.clear_header("X-Correlation-ID")
end

-- Routes know hosts in lower case, without the dot that may end a whole name.
local host = headers.host
if type(host) == "string" then
  local name, port = string.match(string.lower(host), "^([^:]*)(.*)$")
  local plain = string.gsub(name, "%.$", "") .. port
  if plain ~= host then
    request.set_header("Host", plain)
  end
end

if not request.is_internal() then
  var.gate = "passed"
end
