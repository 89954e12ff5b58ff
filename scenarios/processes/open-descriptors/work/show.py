import descriptors

descriptors.main()
