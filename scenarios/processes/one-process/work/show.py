import process

process.main()
