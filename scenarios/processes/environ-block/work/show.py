import variables

variables.main()
