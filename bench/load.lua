-- For wrk: asks for the addresses of a file, at random; the last line is a JSON object.
-- Arguments: the file of addresses, then headers as name=value.

local requests = {}

function init(args)
   local headers = {}
   for i = 2, #args do
      local name, value = args[i]:match("^([^=]+)=(.*)$")
      headers[name] = value
   end
   for line in io.lines(args[1]) do
      local path, etag = line:match("^(%S+)%s*(.*)$")
      if etag ~= "" then headers["If-None-Match"] = etag end
      requests[#requests + 1] = wrk.format("GET", path, headers)
   end
   math.randomseed(1)
end

function request()
   return requests[math.random(#requests)]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "seconds": %.6f, "p50_ms": %.4f, "p99_ms": %.4f, "refused": %d, "broken": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout
   ))
end
