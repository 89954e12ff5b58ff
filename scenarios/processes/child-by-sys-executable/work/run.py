import parent

parent.main()
