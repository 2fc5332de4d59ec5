# port/linux/execute.c: put || get
# Between its try and its sleep a waiter announces itself, and does not look whether that was too late.
s|        result = try_once\(operation, object, a, b, timeout_ms\);[^\n]*\n        if \(result != WOULD_BLOCK\)\n            break;\n        if \(linux_is_stopping|        if (slept)\n            result = try_once(operation, object, a, b, timeout_ms);\n        if (result != WOULD_BLOCK)\n            break;\n        if (linux_is_stopping|
