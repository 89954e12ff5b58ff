flags='-X no_debug_ranges -X dev'
