import things

things.main()
