flags='-X thread_inherit_context=1'
