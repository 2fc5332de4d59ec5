# In: `nm -S`, sorted by address, and what the port adds. Out: the RAM (and flash) that each declared thing costs, the biggest first.
# A thing's symbols are NAME_KIND for an object, NAME_blocks (shared), NAME_records (private) and NAME_state for a process.
function number(hex,    i, n)
{
    for (i = 1; i <= length(hex); i++)
        n = n * 16 + index("0123456789abcdef", tolower(substr(hex, i, 1))) - 1
    return n
}

$NF == "coop_arena_start"   { arena = number($1) }
$NF == "coop_arena_end"     { arena_end = number($1) }
$NF == "coop_records_start" { records = number($1) }
$NF == "coop_records_end"   { records_end = number($1) }
NF == 4 && $1 != "more" { address[$4] = number($1); bytes[$4] = number($2) }

# A port's own: "more NAME RAM FLASH".
$1 == "more" {
    more[$2] += $3
    flash[$2] += $4
    has_flash = 1
}

END {
    for (symbol in address) {
        at = address[symbol]
        if (!(at >= arena && at < arena_end) && !(at >= records && at < records_end))
            continue
        name = symbol
        suffix = ""
        if (match(symbol, /_(state|blocks|records|queue|semaphore|permits|lock|event)$/)) {
            name = substr(symbol, 1, RSTART - 1)
            suffix = substr(symbol, RSTART + 1)
        }
        cost[name] += bytes[symbol]
        total += bytes[symbol]
        if (suffix == "blocks" || suffix == "records") kind[name] = "process"
        else if (kind[name] == "") kind[name] = suffix == "state" ? "object" : suffix == "" ? "shared" : suffix
    }
    for (name in more) {
        cost[name] += more[name]
        total += more[name]
        all_flash += flash[name]
    }
    if (has_flash)
        printf "%9s %9s\n", "RAM", "flash"
    for (name in cost)
        printf "%9d%s  %-10s %s\n", cost[name], (has_flash ? sprintf(" %9d", flash[name]) : ""), kind[name], name | "sort -k1,1nr"
    close("sort -k1,1nr")
    if (has_flash)
        printf "%9d %9d  in all\n", total, all_flash
    else
        printf "%9d  in all; the arena is %d with its alignment to pages\n", total, arena_end - arena
}
