def lays():
    import egg

    return egg.hatches()
