name=''
