-- wrk: sends the requests of a folder, one after the other and round again.
--   wrk ... -s intake.lua URL -- FOLDER      N.body, N.signature, N.timestamp for N = 1, 2, ...
-- The last line is what intake.mjs reads: requests, microseconds, p50 and p99 in microseconds, and what went wrong.
local requests, at = {}, 0

local function content(name)
	local file = io.open(name, "rb")
	if not file then return nil end
	local text = file:read("*a")
	file:close()
	return text
end

function init(args)
	local n = 1
	while content(args[1] .. "/" .. n .. ".body") do
		local path = args[1] .. "/" .. n
		requests[n] = wrk.format("POST", "/webhooks/hubspot", {
			["Content-Type"] = "application/json",
			["X-HubSpot-Signature-v3"] = content(path .. ".signature"),
			["X-HubSpot-Request-Timestamp"] = content(path .. ".timestamp"),
		}, content(path .. ".body"))
		n = n + 1
	end
end

function request()
	at = at % #requests + 1
	return requests[at]
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format("%d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
		latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
